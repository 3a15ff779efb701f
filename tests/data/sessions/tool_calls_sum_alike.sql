-- Rule 9 for tool calls: turns, tasks and sessions count every tool call once.
{%- set marts = ['fct_turns', 'fct_tasks', 'fct_sessions'] %}

with

calls as (

    select
        fleet,
        count(*) as tool_call_count,
        count(case when is_error then tool_call_id end) as tool_error_count,
        coalesce(sum(lines_added), 0) as lines_added,
        coalesce(sum(lines_removed), 0) as lines_removed

    from {{ ref('fct_tool_calls') }}

    group by fleet

),

sums as (

    {% for mart in marts %}

        select
            '{{ mart }}' as mart,
            fleet,
            sum(tool_call_count) as tool_call_count,
            sum(tool_error_count) as tool_error_count,
            coalesce(sum(lines_added), 0) as lines_added,
            coalesce(sum(lines_removed), 0) as lines_removed

        from {{ ref(mart) }}

        group by fleet

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

marts as (

    {% for mart in marts %}

        select '{{ mart }}' as mart

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

differences as (

    select
        marts.mart,
        calls.fleet

    from calls

    cross join marts

    left join sums
        on calls.fleet = sums.fleet
        and marts.mart = sums.mart

    where
        sums.tool_call_count is distinct from calls.tool_call_count
        or sums.tool_error_count is distinct from calls.tool_error_count
        or sums.lines_added is distinct from calls.lines_added
        or sums.lines_removed is distinct from calls.lines_removed

)

select * from differences
