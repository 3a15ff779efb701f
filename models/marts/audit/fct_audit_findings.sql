with

rules as (

    select * from {{ ref('int_audit_rules') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

unioned as (

    {% for kind in ['commands', 'paths', 'urls', 'secrets'] %}

        select * from {{ ref('int_audit_finding__' ~ kind) }}

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

findings as (

    select
        md5(concat_ws(
            '|',
            unioned.rule_id,
            unioned.tool_call_id,
            unioned.found_path,
            unioned.found_host,
            unioned.secret_hash,
            unioned.found_in
        )) as finding_id,
        unioned.rule_id,
        rules.severity,
        rules.category,
        rules.what_to_do,
        unioned.tool_call_id,
        tool_calls.task_id,
        tool_calls.session_id,
        tool_calls.fleet,
        tool_calls.host,
        tool_calls.account,
        tool_calls.project,
        tool_calls.tool_name,
        unioned.found_path,
        unioned.found_host,
        unioned.secret_hash,
        unioned.found_in,
        tool_calls.called_at,
        tool_calls.called_on,
        tool_calls.is_error

    from unioned

    inner join rules
        on unioned.rule_id = rules.rule_id

    inner join tool_calls
        on unioned.tool_call_id = tool_calls.tool_call_id

)

select * from findings
