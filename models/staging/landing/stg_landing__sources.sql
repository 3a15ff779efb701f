with

sources as (

    select * from {{ source('landing', 'sources') }}

),

renamed as (

    select
        host,
        fleet,
        account,
        provider,
        root,
        account_uuid,
        position as source_rank,
        coalesce(demo, false) as is_demo

    from sources

)

select * from renamed
