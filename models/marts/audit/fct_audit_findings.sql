with

rules as (

    select * from {{ ref('int_audit_rules') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

shown_files as (

    select * from {{ ref('int_shown_files') }}

),

tasks as (

    select * from {{ ref('fct_tasks') }}

),

unioned as (

    {% for kind in ['commands', 'paths', 'urls', 'secrets'] %}

        select * from {{ ref('int_audit_finding__' ~ kind) }}

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

-- Of a call, or of the thread in front of whose model a file was put without one.
placed as (

    select
        unioned.*,
        coalesce(tool_calls.task_id, tasks.task_id) as task_id,
        coalesce(tool_calls.session_id, tasks.session_id) as session_id,
        coalesce(tool_calls.fleet, tasks.fleet) as fleet,
        coalesce(tool_calls.host, tasks.host) as host,
        coalesce(tool_calls.account, tasks.account) as account,
        coalesce(tool_calls.project, tasks.project) as project,
        tool_calls.tool_name,
        coalesce(tool_calls.called_at, shown_files.shown_at) as called_at,
        tool_calls.is_error

    from unioned

    left join tool_calls
        on unioned.tool_call_id = tool_calls.tool_call_id

    left join shown_files
        on unioned.shown_line_id = shown_files.line_id

    left join tasks
        on shown_files.task_id = tasks.task_id

    where
        tool_calls.tool_call_id is not null
        or tasks.task_id is not null

),

findings as (

    select
        md5(concat_ws(
            '|',
            placed.rule_id,
            placed.tool_call_id,
            placed.shown_line_id,
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
        {{ reporting_date('placed.called_at') }} as called_on,
        placed.is_error

    from placed

    inner join rules
        on placed.rule_id = rules.rule_id

)

select * from findings
