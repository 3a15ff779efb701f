with

own_directives as (

    select * from {{ ref('stg_settings__directives') }}

),

shipped as (

    select * from {{ ref('directives') }}

),

directives as (

    select
        directive,
        program,
        subcommand,
        broken_pattern,
        meaning

    from own_directives

    union all

    select
        shipped.directive,
        shipped.program,
        shipped.subcommand,
        shipped.broken_pattern,
        shipped.meaning

    from shipped

    left join own_directives
        on shipped.directive = own_directives.directive

    where own_directives.directive is null

)

select * from directives
