{# The rules' models; which goes before which says the seed outcome_rules. #}
{%- set rules = [
    'reverted', 'merged_commit', 'merged_pull_request', 'told_default_commit', 'budget_cap', 'turn_cap', 'timeout',
    'error', 'operator', 'handed_over', 'claimed_pull_request', 'empty_diff', 'claimed_files', 'ci_fails',
    'ci_format_fails', 'ci_passes', 'check_fails', 'format_fails', 'checks_pass', 'committed', 'interrupt',
    'unfinished', 'claimed_change', 'outside', 'likely_success', 'uncommitted', 'ignored_edits', 'answered',
    'nothing_seen',
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
        ) as match_rank,
        -- What the rules say where a person has said something else.
        row_number() over (
            partition by matches.task_id, outcome_rules.verdict
            order by matches.outcome_rule like '%backfilled' asc, outcome_rules.priority asc
        ) as rule_rank

    from matches

    inner join outcome_rules
        on matches.outcome_rule = outcome_rules.outcome_rule

),

firsts as (

    select
        *,
        match_rank = 1 and verdict = 'mu' as is_of_mu,
        match_rank = 1 and verdict = 'fleetledger' as is_ours,
        rule_rank = 1 and verdict = 'fleetledger' and outcome_rule <> 'backfilled' as is_of_rules

    from ranked

    where
        match_rank = 1
        or rule_rank = 1

),

verdicts as (

    select
        evidence.task_id,
        max(evidence.successor_task_id) as successor_task_id,
        max(case when firsts.is_of_mu then firsts.outcome_class end) as mu_outcome_class,
        max(case when firsts.is_of_mu then firsts.outcome_confidence end) as mu_outcome_confidence,
        max(case when firsts.is_of_mu then firsts.outcome_rationale end) as mu_outcome_rationale,
        max(case when firsts.is_ours then firsts.outcome_class end) as outcome_class,
        max(case when firsts.is_ours then firsts.outcome_confidence end) as outcome_confidence,
        max(case when firsts.is_ours then firsts.outcome_rationale end) as outcome_rationale,
        max(case when firsts.is_ours then firsts.outcome_rule end) as outcome_rule,
        max(case when firsts.is_of_rules then firsts.outcome_class end) as rule_outcome_class,
        max(case when firsts.is_of_rules then firsts.outcome_confidence end) as rule_outcome_confidence,
        max(case when firsts.is_of_rules then firsts.outcome_rule end) as rule_outcome_rule,
        case
            when max(case when firsts.outcome_rule = 'backfilled' then 1 end) = 1 then 'operator'
            else max(evidence.evidence_coverage)
        end as evidence_coverage

    from evidence

    left join firsts
        on evidence.task_id = firsts.task_id

    group by evidence.task_id

)

select * from verdicts
