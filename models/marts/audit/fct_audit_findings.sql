with

rules as (

    select * from {{ ref('audit_rules') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

commands as (

    select * from {{ ref('int_shell_commands') }}

    where program is not null

),

file_accesses as (

    select * from {{ ref('fct_file_accesses') }}

),

urls as (

    select * from {{ ref('fct_urls') }}

),

secrets as (

    select * from {{ ref('int_secrets') }}

),

-- A rule of commands names the programs that it is for, with or without their subcommand.
command_rules as (

    select
        rule_id,
        pattern,
        not_pattern,
        {{ each_part('program', "'|'") }} as program

    from rules

    where applies_to = 'command'

),

-- An expression of a column is made anew for each row, which is what this model costs: so each command is judged once,
-- and what a rule excepts only where it matches.
distinct_commands as (

    select distinct
        program,
        subcommand,
        checked_command

    from commands

),

matching_commands as (

    select distinct
        command_rules.rule_id,
        distinct_commands.program,
        distinct_commands.checked_command

    from distinct_commands

    inner join command_rules
        on distinct_commands.program = split_part(command_rules.program, ' ', 1)

    where
        split_part(command_rules.program, ' ', 2) in ('', distinct_commands.subcommand)
        and case
            when {{ matches_regex('distinct_commands.checked_command', 'command_rules.pattern') }}
                then not coalesce(
                    {{ matches_regex('distinct_commands.checked_command', 'command_rules.not_pattern') }}, false
                )
            else false
        end

),

command_findings as (

    select distinct
        matching_commands.rule_id,
        commands.tool_call_id,
        cast(null as varchar) as found_path,
        cast(null as varchar) as found_host,
        cast(null as varchar) as secret_hash,
        cast(null as varchar) as found_in

    from matching_commands

    inner join commands
        on matching_commands.program = commands.program
        and matching_commands.checked_command = commands.checked_command

),

path_patterns as (

    select
        rule_id,
        scope,
        {{ each_part("coalesce(pattern, '%')", "'|'") }} as pattern

    from rules

    where applies_to = 'path'

),

path_exceptions as (

    select
        rule_id,
        {{ each_part('not_pattern', "'|'") }} as pattern

    from rules

    where
        applies_to = 'path'
        and not_pattern is not null

),

distinct_paths as (

    select distinct
        resolved_path,
        '/' || lower(resolved_path) as plain_path,
        access_kind,
        location

    from file_accesses

),

matching_paths as (

    select distinct
        path_patterns.rule_id,
        distinct_paths.resolved_path,
        distinct_paths.plain_path,
        distinct_paths.access_kind,
        distinct_paths.location

    from distinct_paths

    inner join path_patterns
        on (
            distinct_paths.access_kind = path_patterns.scope
            or (
                path_patterns.scope = 'write_outside_project'
                and distinct_paths.access_kind = 'write'
                and distinct_paths.location = 'outside'
            )
        )
        and (
            distinct_paths.plain_path like path_patterns.pattern
            or substring(distinct_paths.plain_path, 2) like path_patterns.pattern
        )

),

path_findings as (

    select distinct
        matching_paths.rule_id,
        file_accesses.tool_call_id,
        file_accesses.resolved_path as found_path,
        cast(null as varchar) as found_host,
        cast(null as varchar) as secret_hash,
        cast(null as varchar) as found_in

    from matching_paths

    inner join file_accesses
        on matching_paths.resolved_path = file_accesses.resolved_path
        and matching_paths.access_kind = file_accesses.access_kind
        and matching_paths.location = file_accesses.location

    where not exists (
        select 1
        from path_exceptions
        where
            path_exceptions.rule_id = matching_paths.rule_id
            and matching_paths.plain_path like path_exceptions.pattern
    )

),

url_patterns as (

    select
        rule_id,
        scope,
        {{ each_part("coalesce(pattern, '%')", "'|'") }} as pattern

    from rules

    where applies_to = 'url'

),

url_findings as (

    select distinct
        url_patterns.rule_id,
        urls.tool_call_id,
        cast(null as varchar) as found_path,
        urls.url_host as found_host,
        cast(null as varchar) as secret_hash,
        cast(null as varchar) as found_in

    from urls

    inner join url_patterns
        on urls.url_host || '/' || urls.url_path like url_patterns.pattern

    where
        url_patterns.scope is null
        or not urls.is_allowed_host

),

secret_patterns as (

    select
        rule_id,
        {{ each_part("case when scope = 'expression' then rule_id else pattern end", "'|'") }} as secret_type

    from rules

    where applies_to = 'output'

),

secret_findings as (

    select distinct
        secret_patterns.rule_id,
        secrets.tool_call_id,
        cast(null as varchar) as found_path,
        cast(null as varchar) as found_host,
        secrets.secret_hash,
        secrets.found_in

    from secrets

    inner join secret_patterns
        on secrets.secret_type = secret_patterns.secret_type

),

unioned as (

    select * from command_findings

    union all

    select * from path_findings

    union all

    select * from url_findings

    union all

    select * from secret_findings

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
