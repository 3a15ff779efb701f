with

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

tools as (

    select
        called_on,
        fleet,
        host,
        account,
        project,
        tool_name,
        mcp_server,
        cost_kind,
        count(*) as tool_call_count,
        count(is_error) as result_count,
        count(case when is_error then tool_call_id end) as tool_error_count,
        cast(sum(lines_added) as bigint) as lines_added,
        cast(sum(lines_removed) as bigint) as lines_removed,
        cast(sum(shared_cost_usd) as {{ usd_type() }}) as shared_cost_usd

    from tool_calls

    group by
        called_on,
        fleet,
        host,
        account,
        project,
        tool_name,
        mcp_server,
        cost_kind

)

select * from tools
