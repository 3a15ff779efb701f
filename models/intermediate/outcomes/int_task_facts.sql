{# The facts that the seed quality_metrics may name. #}
{%- set facts = [
    'task', 'done_with_tools', 'observed_done_with_tools', 'hallucination', 'judgeable', 'judged', 'succeeded',
    'interrupt_observed', 'interrupted', 'ask', 'degraded_ask', 'tool_call', 'deniable_tool_call', 'denied_tool_call',
    'failed_tool_call', 'mu_done_with_tools', 'mu_hallucination', 'mu_clean_success', 'mu_classed', 'mu_intervention',
    'mu_ask', 'mu_degraded_ask',
] -%}
with

tasks as (

    select * from {{ ref('int_tasks') }}

),

signals as (

    select * from {{ ref('int_task_signals') }}

),

outcomes as (

    select * from {{ ref('int_task_outcomes') }}

),

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

outcome_classes as (

    select * from {{ ref('outcome_classes') }}

),

tools as (

    select
        task_id,
        {{ tool_measures() }}

    from tool_calls

    group by task_id

),

joined as (

    select
        tasks.task_id,
        tasks.fleet,
        coalesce(tools.tool_call_count, 0) as tool_call_count,
        coalesce(tools.tool_error_count, 0) as tool_error_count,
        outcomes.mu_outcome_class,
        signals.ask_count,
        signals.degraded_ask_count,
        signals.mu_degraded_ask_count,
        signals.interrupt_count,
        signals.denial_count,
        classes.outcome_result,
        coalesce(classes.is_hallucination, false) as is_hallucination,
        coalesce(mu_classes.is_hallucination, false) as mu_is_hallucination,
        tasks.exit_reason = 'done' and coalesce(tasks.logged_tool_call_count, tools.tool_call_count) > 0
            as is_done_with_tools,
        tasks.mu_exit_reason = 'done' and coalesce(tasks.logged_tool_call_count, tools.tool_call_count) > 0
            as mu_is_done_with_tools

    from tasks

    inner join signals
        on tasks.task_id = signals.task_id

    inner join outcomes
        on tasks.task_id = outcomes.task_id

    left join tools
        on tasks.task_id = tools.task_id

    left join outcome_classes as classes
        on outcomes.outcome_class = classes.outcome_class

    left join outcome_classes as mu_classes
        on outcomes.mu_outcome_class = mu_classes.outcome_class

),

-- What is counted is counted among what is observed, and that among what is eligible.
wide as (

    select
        task_id,
        1 as task,
        case when is_done_with_tools then 1 else 0 end as done_with_tools,
        case when is_done_with_tools and outcome_result <> 'unknown' then 1 else 0 end as observed_done_with_tools,
        case when is_done_with_tools and outcome_result <> 'unknown' and is_hallucination then 1 else 0 end
            as hallucination,
        case when outcome_result <> 'neither' then 1 else 0 end as judgeable,
        case when outcome_result in ('success', 'failure') then 1 else 0 end as judged,
        case when outcome_result = 'success' then 1 else 0 end as succeeded,
        case when interrupt_count is not null then 1 else 0 end as interrupt_observed,
        case when interrupt_count > 0 then 1 else 0 end as interrupted,
        ask_count as ask,
        degraded_ask_count as degraded_ask,
        tool_call_count as tool_call,
        case when denial_count is not null then tool_call_count else 0 end as deniable_tool_call,
        coalesce(denial_count, 0) as denied_tool_call,
        tool_error_count as failed_tool_call,
        case when mu_is_done_with_tools then 1 else 0 end as mu_done_with_tools,
        case when mu_is_done_with_tools and mu_is_hallucination then 1 else 0 end as mu_hallucination,
        case when mu_is_done_with_tools and mu_outcome_class = 'clean_success' then 1 else 0 end as mu_clean_success,
        case when mu_outcome_class is not null then 1 else 0 end as mu_classed,
        case when mu_outcome_class = 'operator_intervention' then 1 else 0 end as mu_intervention,
        case when fleet = 'mu' then ask_count else 0 end as mu_ask,
        case when fleet = 'mu' then mu_degraded_ask_count else 0 end as mu_degraded_ask

    from joined

),

facts as (

    {% for fact in facts %}

        select
            task_id,
            '{{ fact }}' as fact,
            cast({{ fact }} as bigint) as amount

        from wide

        {{ 'union all' if not loop.last }}

    {% endfor %}

)

select * from facts
