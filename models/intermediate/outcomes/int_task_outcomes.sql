with

backfilled as (

    select * from {{ ref('stg_backfill__outcomes') }}

),

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

outcome_rules as (

    select * from {{ ref('outcome_rules') }}

),

matches as (

    select
        task_id,
        'backfilled' as outcome_rule,
        outcome_class,
        outcome_confidence,
        outcome_rationale

    from backfilled

    union all

    select
        task_id,
        'mu_backfilled' as outcome_rule,
        outcome_class,
        outcome_confidence,
        outcome_rationale

    from backfilled

    union all

    select * from {{ ref('int_outcome_rule__reverted') }}

    union all

    select * from {{ ref('int_outcome_rule__merged_commit') }}

    union all

    select * from {{ ref('int_outcome_rule__merged_pull_request') }}

    union all

    select * from {{ ref('int_outcome_rule__budget_cap') }}

    union all

    select * from {{ ref('int_outcome_rule__timeout') }}

    union all

    select * from {{ ref('int_outcome_rule__error') }}

    union all

    select * from {{ ref('int_outcome_rule__operator') }}

    union all

    select * from {{ ref('int_outcome_rule__interrupt') }}

    union all

    select * from {{ ref('int_outcome_rule__unfinished') }}

    union all

    select * from {{ ref('int_outcome_rule__claimed_pull_request') }}

    union all

    select * from {{ ref('int_outcome_rule__empty_diff') }}

    union all

    select * from {{ ref('int_outcome_rule__claimed_files') }}

    union all

    select * from {{ ref('int_outcome_rule__claimed_change') }}

    union all

    select * from {{ ref('int_outcome_rule__ci_fails') }}

    union all

    select * from {{ ref('int_outcome_rule__ci_format_fails') }}

    union all

    select * from {{ ref('int_outcome_rule__ci_passes') }}

    union all

    select * from {{ ref('int_outcome_rule__check_fails') }}

    union all

    select * from {{ ref('int_outcome_rule__format_fails') }}

    union all

    select * from {{ ref('int_outcome_rule__checks_pass') }}

    union all

    select * from {{ ref('int_outcome_rule__committed') }}

    union all

    select * from {{ ref('int_outcome_rule__uncommitted') }}

    union all

    select * from {{ ref('int_outcome_rule__answered') }}

    union all

    select * from {{ ref('int_outcome_rule__nothing_seen') }}

    union all

    select * from {{ ref('int_mu_rule__exit') }}

    union all

    select * from {{ ref('int_mu_rule__no_commit') }}

    union all

    select * from {{ ref('int_mu_rule__empty_diff') }}

    union all

    select * from {{ ref('int_mu_rule__claimed_pull_request') }}

    union all

    select * from {{ ref('int_mu_rule__claimed_files') }}

    union all

    select * from {{ ref('int_mu_rule__ci') }}

    union all

    select * from {{ ref('int_mu_rule__else') }}

),

ranked as (

    select
        matches.*,
        outcome_rules.verdict,
        row_number() over (
            partition by matches.task_id, outcome_rules.verdict
            order by outcome_rules.priority asc
        ) as match_rank

    from matches

    inner join outcome_rules
        on matches.outcome_rule = outcome_rules.outcome_rule

),

verdicts as (

    select
        evidence.task_id,
        max(case when ranked.verdict = 'mu' then ranked.outcome_class end) as mu_outcome_class,
        max(case when ranked.verdict = 'mu' then ranked.outcome_confidence end) as mu_outcome_confidence,
        max(case when ranked.verdict = 'mu' then ranked.outcome_rationale end) as mu_outcome_rationale,
        max(case when ranked.verdict = 'fleetledger' then ranked.outcome_class end) as outcome_class,
        max(case when ranked.verdict = 'fleetledger' then ranked.outcome_confidence end) as outcome_confidence,
        max(case when ranked.verdict = 'fleetledger' then ranked.outcome_rationale end) as outcome_rationale,
        max(case when ranked.verdict = 'fleetledger' then ranked.outcome_rule end) as outcome_rule,
        case
            when max(case when ranked.outcome_rule = 'backfilled' then 1 end) = 1 then 'operator'
            else max(evidence.evidence_coverage)
        end as evidence_coverage

    from evidence

    left join ranked
        on evidence.task_id = ranked.task_id
        and ranked.match_rank = 1

    group by evidence.task_id

)

select * from verdicts
