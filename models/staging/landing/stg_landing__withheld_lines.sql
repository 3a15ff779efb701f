with

withheld as (

    select * from {{ source('landing', 'withheld_lines') }}

),

renamed as (

    select
        landing_table,
        line_count

    from withheld

)

select * from renamed
