{%- set owned = ['host', 'account', 'provider', 'session_id', 'agent_id', 'thread_id', 'git_branch', 'version'] -%}
{%- set counted = [
    'line_id', 'model', 'speed', 'input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens',
    'ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens', 'thinking_tokens', 'prompt_cache_requested',
] + call_facts() | list -%}

with

lines as (

    select * from {{ ref('int_claude_code_lines') }}

    where model_call_id is not null

),

staged as (

    select * from {{ ref('stg_claude_code__lines') }}

),

-- Of the lines of a response the first one of the thread that had it first tells whose it is, and the last one of those
-- with the most output its usage: earlier ones may lack fields. As texts times sort as they do as times.
placed as (

    select
        lines.*,
        staged.speed,
        {{ call_facts_of('staged') }}
        staged.input_tokens,
        staged.output_tokens,
        staged.cache_read_input_tokens,
        staged.cache_creation_input_tokens,
        staged.ephemeral_5m_input_tokens,
        staged.ephemeral_1h_input_tokens,
        staged.thinking_tokens,
        staged.prompt_cache_requested,
        staged.web_search_requests,
        staged.has_stop_details,
        staged.is_aborted_mid_stream,
        concat_ws(
            ' ',
            case when staged.is_agent_report then '1' else '0' end,
            coalesce(cast(lines.logged_at as string), 'none'),
            staged.source_path,
            lpad(cast(staged.generation as string), 6, '0'),
            lpad(cast(staged.byte_offset as string), 15, '0'),
            staged.host,
            staged.account
        ) as place,
        lpad(cast(coalesce(staged.output_tokens, -1) + 1 as string), 13, '0')
        || case when lines.stop_reason is null then ' 0 ' else ' 1 ' end as usage_place

    from lines

    inner join staged
        on lines.line_id = staged.line_id

),

-- Versions that write stop_details do so on the way of these sessions, too: not every gateway lets it through.
told_whole as (

    select distinct
        session_id,
        version

    from placed

    where has_stop_details

),

gathered as (

    select
        model_call_id,
        min_by({{ struct_of(owned) }}, precedence || ' ' || place) as owner,
        max_by({{ struct_of(counted) }}, usage_place || place) as usage,
        max(response_message_id) as message_id,
        max(response_request_id) as request_id,
        min(logged_at) as called_at,
        max(web_search_requests) as web_search_requests,
        max(stop_reason) as stop_reason,
        max(has_stop_details) as has_stop_details,
        max(is_aborted_mid_stream) as is_aborted_mid_stream,
        count(distinct thread_id) - 1 as copies

    from placed

    group by model_call_id

),

responses as (

    select
        gathered.model_call_id,
        {% for column in owned + counted -%}
            gathered.{{ 'owner' if column in owned else 'usage' }}.{{ column }},
        {% endfor -%}
        gathered.message_id,
        gathered.request_id,
        gathered.called_at,
        gathered.web_search_requests,
        -- What ends a stream that was cut is made up.
        case
            when gathered.is_aborted_mid_stream then null
            when told_whole.session_id is not null and not gathered.has_stop_details then null
            else gathered.stop_reason
        end as stop_reason,
        gathered.copies

    from gathered

    left join told_whole
        on gathered.owner.session_id = told_whole.session_id
        and gathered.owner.version = told_whole.version

)

select * from responses
