with

labels as (

    select * from {{ ref('int_outcome_labels') }}

)

select * from labels
