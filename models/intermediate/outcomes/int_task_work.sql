{{ config(materialized='ephemeral') }}
{#- A plan that is handed over may be planned again and handed on: as often as this. -#}
{%- set times = [1, 2, 3, 4] -%}
with

tasks as (

    select * from {{ ref('int_tasks') }}

),

handovers as (

    select * from {{ ref('int_plan_handovers') }}

),

work as (

    select
        tasks.task_id,
        tasks.root_task_id,
        coalesce(
            {% for time in times | reverse %}

                handovers_{{ time }}.successor_task_id,

            {% endfor %}

            tasks.root_task_id
        ) as work_task_id

    from tasks

    {% for time in times %}

        left join handovers as handovers_{{ time }}
            on {{ 'tasks.root_task_id' if loop.first else 'handovers_' ~ (time - 1) ~ '.successor_task_id' }}
            = handovers_{{ time }}.task_id

    {% endfor %}

)

select * from work
