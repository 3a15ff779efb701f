with

accesses as (

    select * from {{ ref('fct_file_accesses') }}

),

tool_calls as (

    select *

    from {{ ref('fct_tool_calls') }}

    where tool_kind = 'read'

),

sizes as (

    select * from {{ ref('int_result_sizes') }}

),

steps as (

    select *

    from {{ ref('fct_context_steps') }}

    where step_kind = 'drop'

),

compactions as (

    select * from {{ ref('int_compactions') }}

),

reads as (

    select
        accesses.tool_call_id,
        accesses.session_id,
        accesses.task_id,
        accesses.called_at,
        lag(accesses.called_at) over (
            partition by accesses.task_id, accesses.resolved_path, sizes.input_key, sizes.result_key
            order by accesses.called_at, accesses.tool_call_id
        ) as read_before_at

    from accesses

    inner join tool_calls
        on accesses.tool_call_id = tool_calls.tool_call_id

    inner join sizes
        on accesses.tool_call_id = sizes.tool_call_id

    where not coalesce(accesses.is_error, false)

),

-- What takes what was read out of the context.
drops as (

    select
        task_id,
        called_at as dropped_at

    from steps

    union all

    select
        task_id,
        compacted_at as dropped_at

    from compactions

),

rereads as (

    select
        reads.tool_call_id,
        reads.session_id

    from reads

    left join drops
        on reads.task_id = drops.task_id
        and reads.read_before_at <= drops.dropped_at
        and reads.called_at >= drops.dropped_at

    where reads.read_before_at is not null

    group by reads.tool_call_id, reads.session_id

    having count(drops.dropped_at) = 0

)

select * from rereads
