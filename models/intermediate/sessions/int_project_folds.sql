with

own_folds as (

    select * from {{ ref('stg_settings__project_folds') }}

),

shipped as (

    select * from {{ ref('project_folds') }}

),

unioned as (

    select
        rule_order,
        pattern,
        replacement,
        0 as rank_of_source

    from own_folds

    union all

    select
        rule_order,
        pattern,
        replacement,
        1 as rank_of_source

    from shipped

),

ordered as (

    select
        row_number() over (order by rank_of_source asc, rule_order asc) as rule_order,
        pattern,
        replacement

    from unioned

)

select * from ordered
