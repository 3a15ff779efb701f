{{ config(materialized='ephemeral') }}

with

tool_calls as (

    select *

    from {{ ref('int_tool_calls') }}

    where command is not null

),

-- A stream editor in place, or a script that opens a file to write it: an edit as any other, though of no named file.
editing_commands as (

    select tool_call_id

    from tool_calls

    where
        {{ matches_regex('command', "'(?:^|[\\s;&|(])(?:sed|perl) (?:-\\S+ )*(?:-\\w*i\\b|-{2}in-place)'") }}
        or (
            {{ matches_regex('command', "'\\b(?:python3?|node|ruby)\\b'") }}
            and {{ matches_regex(
                'command', "'open\\([^\\n]*, *[\"''][wa]|\\.write_text\\(|writeFileSync\\(|File\\.write\\('"
            ) }}
        )

)

select * from editing_commands
