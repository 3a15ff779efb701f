with

directives as (

    select
        directive,
        program,
        subcommand,
        broken_pattern,
        meaning

    from {{ source('settings', 'settings_directives') }}

)

select * from directives
