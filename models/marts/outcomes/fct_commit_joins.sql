with

joins as (

    select * from {{ ref('int_commit_joins') }}

)

select * from joins
