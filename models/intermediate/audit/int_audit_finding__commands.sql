{{ config(materialized='ephemeral') }}

with

rules as (

    select * from {{ ref('int_audit_rules') }}

),

commands as (

    select * from {{ ref('int_shell_commands') }}

    where program is not null

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
        cast(null as string) as shown_access_id,
        cast(null as string) as found_path,
        cast(null as string) as found_host,
        cast(null as string) as secret_hash,
        cast(null as string) as found_in

    from matching_commands

    inner join commands
        on matching_commands.program = commands.program
        and matching_commands.checked_command = commands.checked_command

)

select * from command_findings
