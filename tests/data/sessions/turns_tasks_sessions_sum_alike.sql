-- Rule 9: tokens, cost and counts sum alike in calls, turns, tasks, sessions and days.
-- A row here is a mart that lost or doubled something.
{%- set measures = usage_columns() + ['cost_usd'] -%}
{%- set marts = ['fct_turns', 'fct_tasks', 'fct_sessions', 'fct_daily_costs'] %}

with

calls as (

    select
        'fct_model_calls' as mart,
        fleet,
        sum(case when usage_source <> 'task_telemetry' then 1 else 0 end) as model_call_count,
        {% for column in measures %}
            coalesce(sum({{ column }}), 0) as {{ column }},
        {% endfor %}
        count(*) as row_count

    from {{ ref('fct_model_calls') }}

    group by fleet

),

sums as (

    {% for mart in marts %}

        select
            '{{ mart }}' as mart,
            fleet,
            sum(model_call_count) as model_call_count,
            {% for column in measures %}
                coalesce(sum({{ column }}), 0) as {{ column }},
            {% endfor %}
            count(*) as row_count

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
        sums.model_call_count is distinct from calls.model_call_count
        {% for column in measures %}
            or sums.{{ column }} is distinct from calls.{{ column }}
        {% endfor %}

)

select * from differences
