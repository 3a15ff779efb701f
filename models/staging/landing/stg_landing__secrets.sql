with

secrets as (

    select * from {{ source('landing', 'secrets') }}

),

renamed as (

    select
        {{ line_id() }} as line_id,
        block_number,
        found_in,
        secret_type,
        secret_hash,
        batch_id

    from secrets

)

select * from renamed
