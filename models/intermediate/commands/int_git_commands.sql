with

commands as (

    select * from {{ ref('int_shell_commands') }}

),

makers as (

    select * from {{ ref('pull_request_makers') }}

),

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

-- Each command once, however often it was run.
distinct_commands as (

    select distinct
        program,
        bare_command

    from commands

),

making_commands as (

    select distinct distinct_commands.bare_command

    from distinct_commands

    inner join makers
        on distinct_commands.program = makers.program
        and {{ matches_regex('distinct_commands.bare_command', 'makers.pattern') }}

),

making_tools as (

    select distinct tool_calls.tool_call_id

    from tool_calls

    inner join makers
        on makers.maker = 'tool'
        and {{ matches_regex('tool_calls.tool_name', 'makers.pattern') }}

    where tool_calls.tool_kind = 'mcp'

),

-- A program that is named by its subcommand, git's or gh's.
named as (

    select
        tool_call_id,
        command_number,
        program,
        bare_command,
        case
            when program = 'git' then 'git ' || subcommand
            when program = 'gh' and subcommand = 'pr'
                then 'gh pr ' || regexp_extract(bare_command, '\spr\s+(?:-\S+\s+)*(\w+)', 1)
        end as git_command,
        -- A commit in a directory for trials is none of the work's.
        program = 'mktemp'
        or (
            program in ('cd', 'pushd', 'git')
            and {{ matches_regex('bare_command', "'(?:^\\S+|-C) +(?:/private)?/tmp/'") }}
        ) as is_of_trials,
        program in ('cd', 'pushd') or (program = 'git' and bare_command like '% -C %') as goes_elsewhere,
        -- The exit code of a line tells nothing of a command that others come after, whatever came of it.
        max(case when {{ matches_regex('operator', "';|\\|\\|'") }} then command_number end)
            over (partition by tool_call_id) as last_number_after_any

    from commands

),

asked as (

    select
        named.tool_call_id,
        max(coalesce(named.git_command in (
            'git commit', 'git revert', 'git cherry-pick', 'git merge', 'git rebase', 'git am'
        ), false)) as may_commit,
        max(coalesce(named.git_command = 'git commit' and named.bare_command not like '%--dry-run%', false)) as commits,
        max(coalesce(named.git_command = 'git commit' and named.bare_command like '%--amend%', false)) as amends,
        max(coalesce(named.git_command = 'git revert', false)) as reverts,
        max(coalesce(named.git_command = 'git cherry-pick', false)) as cherry_picks,
        max(coalesce(named.git_command = 'git rebase', false)) as rebases,
        max(coalesce(named.git_command = 'git push', false)) as pushes,
        max(coalesce(
            named.git_command = 'git reset'
            and {{ matches_regex(
                'named.bare_command', "' reset (?:-{1,2}\S+ )*(?:HEAD[~^@]|[@]\{|[0-9a-f]{7,40}(?: |$)|origin/|upstream/)'"
            ) }},
            false
        )) as takes_back,
        max(coalesce(named.git_command in ('git checkout', 'git switch'), false)) as switches,
        max(making_commands.bare_command is not null) as creates_pull_request,
        max(coalesce(
            named.git_command = 'gh pr merge'
            and not {{ matches_regex('named.bare_command', "'-{2}auto\\b|-{2}help\\b'") }}
            and coalesce(named.last_number_after_any <= named.command_number, true),
            false
        )) as merges_pull_request,
        max(case when named.git_command = 'gh pr merge' then {{ first_pull_request_url('named.bare_command') }} end)
            as merged_pull_request_url,
        max(case when named.git_command = 'git add' then named.bare_command end) as add_command,
        max(named.is_of_trials) as is_of_trials,
        max(coalesce(named.goes_elsewhere, false)) as goes_elsewhere

    from named

    left join making_commands
        on named.bare_command = making_commands.bare_command

    group by named.tool_call_id

    having
        max(coalesce(named.program in ('git', 'gh'), false))
        or max(making_commands.bare_command is not null)

),

by_tools as (

    select
        tool_call_id,
        false as may_commit,
        false as commits,
        false as amends,
        false as reverts,
        false as cherry_picks,
        false as rebases,
        false as pushes,
        false as takes_back,
        false as switches,
        true as creates_pull_request,
        false as merges_pull_request,
        cast(null as string) as merged_pull_request_url,
        cast(null as string) as add_command,
        false as is_of_trials,
        false as goes_elsewhere

    from making_tools

),

unioned as (

    select * from asked

    union all

    select * from by_tools

)

select * from unioned
