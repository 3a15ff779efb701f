with

urls as (

    select * from {{ ref('int_urls') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

placed as (

    select
        urls.url_id,
        urls.tool_call_id,
        tool_calls.task_id,
        tool_calls.session_id,
        tool_calls.fleet,
        tool_calls.host,
        tool_calls.account,
        tool_calls.project,
        tool_calls.tool_name,
        urls.access_source,
        urls.url_scheme,
        urls.url_host,
        urls.url_path,
        urls.is_allowed_host,
        tool_calls.called_at,
        tool_calls.called_on,
        tool_calls.is_error

    from urls

    inner join tool_calls
        on urls.tool_call_id = tool_calls.tool_call_id

)

select * from placed
