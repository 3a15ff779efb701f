with

rules as (

    select * from {{ ref('int_audit_rules') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

accesses as (

    select *

    from {{ ref('fct_file_accesses') }}

    where tool_call_id is null

),

unioned as (

    {% for kind in ['commands', 'paths', 'urls', 'secrets'] %}

        select * from {{ ref('int_audit_finding__' ~ kind) }}

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

-- Of a call, or of a file that was put in front of the model without one.
placed as (

    select
        unioned.*,
        coalesce(tool_calls.task_id, accesses.task_id) as task_id,
        coalesce(tool_calls.session_id, accesses.session_id) as session_id,
        coalesce(tool_calls.fleet, accesses.fleet) as fleet,
        coalesce(tool_calls.host, accesses.host) as host,
        coalesce(tool_calls.account, accesses.account) as account,
        coalesce(tool_calls.project, accesses.project) as project,
        tool_calls.tool_name,
        coalesce(tool_calls.called_at, accesses.called_at) as called_at,
        coalesce(tool_calls.called_on, accesses.called_on) as called_on,
        tool_calls.is_error

    from unioned

    left join tool_calls
        on unioned.tool_call_id = tool_calls.tool_call_id

    left join accesses
        on unioned.shown_access_id = accesses.file_access_id

    where
        tool_calls.tool_call_id is not null
        or accesses.file_access_id is not null

),

findings as (

    select
        md5(concat_ws(
            '|',
            placed.rule_id,
            placed.tool_call_id,
            placed.shown_access_id,
            placed.found_path,
            placed.found_host,
            placed.secret_hash,
            placed.found_in
        )) as finding_id,
        placed.rule_id,
        rules.severity,
        rules.category,
        rules.what_to_do,
        placed.tool_call_id,
        placed.task_id,
        placed.session_id,
        placed.fleet,
        placed.host,
        placed.account,
        placed.project,
        placed.tool_name,
        placed.found_path,
        placed.found_host,
        placed.secret_hash,
        placed.found_in,
        placed.called_at,
        placed.called_on,
        placed.is_error

    from placed

    inner join rules
        on placed.rule_id = rules.rule_id

)

select * from findings
