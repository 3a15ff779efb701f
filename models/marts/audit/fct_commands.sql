with

commands as (

    select
        tool_call_id,
        -- Of what has a program.
        row_number() over (partition by tool_call_id order by command_number asc) as command_number,
        parent_program,
        program,
        subcommand

    from {{ ref('int_shell_commands') }}

    where program is not null

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

subcommand_programs as (

    select * from {{ ref('audit_terms') }}

    where term_kind = 'subcommand_program'

),

-- A name that is long or full of digits may be anything, and arguments may be secrets: neither leaves the warehouse.
named as (

    select
        commands.tool_call_id || ':' || commands.command_number as command_id,
        tool_calls.tool_call_id,
        tool_calls.task_id,
        tool_calls.session_id,
        tool_calls.fleet,
        tool_calls.host,
        tool_calls.account,
        tool_calls.project,
        commands.command_number,
        case
            when
                length(commands.program) <= 32
                and not {{ matches_regex('commands.program', "'([0-9].*){5}'") }}
                then commands.program
        end as program,
        case
            when
                subcommand_programs.term is not null
                and {{ matches_regex('commands.subcommand', "'^[a-z][a-z:_-]{0,31}$'") }}
                then commands.subcommand
        end as subcommand,
        commands.parent_program,
        tool_calls.called_at,
        tool_calls.called_on,
        tool_calls.is_error

    from commands

    inner join tool_calls
        on commands.tool_call_id = tool_calls.tool_call_id

    left join subcommand_programs
        on commands.program = subcommand_programs.term

)

select * from named
