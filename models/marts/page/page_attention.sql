with

budgets as (

    select * from {{ ref('fct_budget_status') }}

),

unpriced as (

    select * from {{ ref('unpriced_models') }}

),

sessions as (

    select * from {{ ref('page_sessions') }}

),

drift as (

    select * from {{ ref('log_drift') }}

),

build as (

    select * from {{ ref('build_info') }}

),

findings as (

    select * from {{ ref('fct_audit_findings') }}

),

requests as (

    select * from {{ ref('fct_reconciliation') }}

),

kinds as (

    select * from {{ ref('attention_kinds') }}

),

found as (

    select
        case budgets.state when 'over' then 'budget_over' else 'budget_warn' end as attention_kind,
        budgets.budget_id || ':' || coalesce(budgets.scope_name, '') || ':' || budgets.period_name as subject_id,
        coalesce(budgets.scope_name, budgets.scope) || ', ' || budgets.period || ' ' || budgets.period_name as subject,
        case budgets.period when 'session' then budgets.period_name end as session_id,
        build.as_of as noticed_at,
        cast(1 as bigint) as occurrence_count

    from budgets

    cross join build

    where
        budgets.is_current
        and budgets.state in ('over', 'warn')

    union all

    select
        'unpriced_model' as attention_kind,
        coalesce(provider, '') || ':' || coalesce(model, '') || ':' || coalesce(cost_kind, '') as subject_id,
        coalesce(model, 'a model without a name') as subject,
        cast(null as string) as session_id,
        last_called_at as noticed_at,
        model_call_count as occurrence_count

    from unpriced

    union all

    select
        'failed_work' as attention_kind,
        session_id as subject_id,
        outcome_class as subject,
        session_id,
        ended_at as noticed_at,
        cast(1 as bigint) as occurrence_count

    from sessions

    where outcome_result = 'failure'

    union all

    select
        'unknown_term' as attention_kind,
        fleet || ':' || term_kind || ':' || term as subject_id,
        term_kind || ' ' || term as subject,
        cast(null as string) as session_id,
        last_logged_at as noticed_at,
        line_count as occurrence_count

    from drift

    where could_change_figures

    union all

    select
        'rejected_lines' as attention_kind,
        'all' as subject_id,
        'source lines' as subject,
        cast(null as string) as session_id,
        as_of as noticed_at,
        rejected_line_count as occurrence_count

    from build

    where rejected_line_count > 0

    union all

    select
        'price_differs' as attention_kind,
        coalesce(model, '') as subject_id,
        coalesce(model, 'a model without a name') as subject,
        cast(null as string) as session_id,
        max(requested_at) as noticed_at,
        count(*) as occurrence_count

    from requests

    where verdict = 'price_difference'

    group by model

),

with_kinds as (

    select
        found.attention_kind || ':' || found.subject_id as attention_id,
        found.attention_kind,
        kinds.severity,
        found.subject,
        found.session_id,
        found.noticed_at,
        found.occurrence_count,
        kinds.what_to_do

    from found

    inner join kinds
        on found.attention_kind = kinds.attention_kind

    union all

    select
        'audit:' || rule_id || ':' || coalesce(session_id, '') as attention_id,
        'audit_finding' as attention_kind,
        severity,
        rule_id as subject,
        session_id,
        max(called_at) as noticed_at,
        count(*) as occurrence_count,
        max(what_to_do) as what_to_do

    from findings

    group by
        rule_id,
        severity,
        session_id

)

select * from with_kinds
