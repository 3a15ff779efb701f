with

outcome_classes as (

    select * from {{ ref('outcome_classes') }}

)

select * from outcome_classes
