with

secrets as (

    select * from {{ ref('stg_landing__secrets') }}

),

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

kept_lines as (

    select *

    from {{ ref('stg_claude_code__file_lines') }}

    where result_file_name is not null

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

    union distinct

    -- What was too large for the transcript stands in a file beside it.
    select distinct
        tool_calls.tool_call_id,
        'output' as found_in,
        distinct_secrets.secret_type,
        distinct_secrets.secret_hash

    from distinct_secrets

    inner join kept_lines
        on distinct_secrets.line_id = kept_lines.line_id

    inner join tool_calls
        on kept_lines.session_id = tool_calls.session_id
        and kept_lines.result_file_name = tool_calls.result_file_name

)

select * from placed
