with

secrets as (

    select * from {{ ref('stg_landing__secrets') }}

),

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

-- A batch that compaction merged was scanned before and after.
distinct_secrets as (

    select distinct
        line_id,
        block_number,
        found_in,
        secret_type,
        secret_hash

    from secrets

),

placed as (

    select distinct
        tool_calls.tool_call_id,
        distinct_secrets.found_in,
        distinct_secrets.secret_type,
        distinct_secrets.secret_hash

    from distinct_secrets

    inner join tool_calls
        on distinct_secrets.line_id
        = case when distinct_secrets.found_in = 'input' then tool_calls.call_line_id else tool_calls.result_line_id end
        and distinct_secrets.block_number
        is not distinct from case
            when distinct_secrets.found_in = 'input' then tool_calls.call_block_number
            else tool_calls.result_block_number
        end

)

select * from placed
