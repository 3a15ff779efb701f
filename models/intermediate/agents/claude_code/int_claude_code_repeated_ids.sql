with

response_ids as (

    select * from {{ ref('int_claude_code_response_ids') }}

),

lines as (

    select
        *,
        concat_ws('|', host, account, source_path, generation) as file_id

    from {{ ref('stg_claude_code__lines') }}

),

copies as (

    select * from {{ ref('int_claude_code_line_copies') }}

    where copy_number > 1

),

responses as (

    select
        lines.line_id,
        lines.line_uuid,
        lines.thread_id,
        lines.file_id,
        lines.byte_offset,
        lines.stop_reason,
        case when lines.stop_reason is not null then lines.output_tokens end as final_output_tokens,
        response_ids.message_id,
        coalesce(response_ids.request_id, '') as request_id,
        {{ input_counts('lines') }} as input_counts

    from response_ids

    inner join lines
        on response_ids.line_id = lines.line_id

    left join copies
        on response_ids.line_id = copies.line_id

    where
        response_ids.message_id is not null
        and copies.line_id is null

),

doubtful_ids as (

    select
        thread_id,
        message_id,
        request_id

    from responses

    group by
        thread_id,
        message_id,
        request_id

    having
        min(input_counts) <> max(input_counts)
        or min(final_output_tokens) <> max(final_output_tokens)
        or (request_id = '' and count(*) > 1)

),

-- Their lines, among the user's lines of the same files.
timeline as (

    select
        responses.line_id,
        responses.line_uuid,
        responses.file_id,
        responses.byte_offset,
        responses.stop_reason,
        responses.message_id,
        responses.request_id,
        responses.input_counts,
        responses.final_output_tokens,
        0 as is_user_line

    from responses

    inner join doubtful_ids
        on responses.thread_id = doubtful_ids.thread_id
        and responses.message_id = doubtful_ids.message_id
        and responses.request_id = doubtful_ids.request_id

    union all

    select
        lines.line_id,
        lines.line_uuid,
        lines.file_id,
        lines.byte_offset,
        cast(null as string) as stop_reason,
        cast(null as string) as message_id,
        cast(null as string) as request_id,
        cast(null as string) as input_counts,
        cast(null as bigint) as final_output_tokens,
        1 as is_user_line

    from lines

    where
        lines.record_type = 'user'
        and lines.thread_id in (select doubtful_ids.thread_id from doubtful_ids)

),

parted as (

    select
        *,
        sum(is_user_line) over (
            partition by file_id
            order by byte_offset asc
            rows between unbounded preceding and current row
        ) as user_lines_before

    from timeline

),

-- The lines of one response never differ in what went in, nor those with its end in what came out. Where a request id
-- does not hold them together, nor does one go on after it ended, and a short id is a gateway's counter.
compared as (

    select
        *,
        case
            when
                lag(user_lines_before) over ids < user_lines_before
                and (
                    lag(input_counts) over ids <> input_counts
                    or lag(final_output_tokens) over ids <> final_output_tokens
                    or (request_id = '' and lag(stop_reason) over ids <> 'tool_use')
                    or (request_id = '' and length(message_id) < 20)
                )
                then 1
            else 0
        end as is_another

    from parted

    where is_user_line = 0

    window ids as (partition by file_id, message_id, request_id order by byte_offset asc)

),

numbered as (

    select
        *,
        max(is_another) over (partition by file_id, message_id, request_id) as is_repeated,
        sum(is_another) over (
            partition by file_id, message_id, request_id
            order by byte_offset asc
            rows between unbounded preceding and current row
        ) as response_number

    from compared

),

repeated as (

    select
        line_id,
        first_value(coalesce(line_uuid, line_id)) over (
            partition by file_id, message_id, request_id, response_number
            order by byte_offset asc
        ) as response_uuid

    from numbered

    where is_repeated = 1

)

select * from repeated
