with

signals as (

    select * from {{ ref('int_task_signals') }}

)

select * from signals
