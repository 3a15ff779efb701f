{# The rules' models; which goes before which says the seed outcome_rules. #}
{%- set rules = [
    'reverted', 'merged_commit', 'merged_pull_request', 'budget_cap', 'timeout', 'error', 'operator',
    'interrupt', 'unfinished', 'claimed_pull_request', 'empty_diff', 'claimed_files', 'claimed_change',
    'ci_fails', 'ci_format_fails', 'ci_passes', 'check_fails', 'format_fails', 'checks_pass', 'committed',
    'uncommitted', 'answered', 'nothing_seen',
] -%}
{%- set mu_rules = [
    'exit', 'no_commit', 'empty_diff', 'claimed_pull_request', 'claimed_files', 'ci', 'else',
] -%}
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

    {% for rule in rules %}

        select * from {{ ref('int_outcome_rule__' ~ rule) }}

        union all

    {% endfor %}

    {% for rule in mu_rules %}

        select * from {{ ref('int_mu_rule__' ~ rule) }}

        {{ 'union all' if not loop.last }}

    {% endfor %}

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
