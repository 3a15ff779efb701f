with

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

mu_events as (

    select * from {{ ref('stg_mu__events') }}

),

-- Usages have few different sets of fields: each is taken apart once, not once a line.
usage_shapes as (

    select distinct
        'claude_code' as fleet,
        usage_fields

    from blocks

    where usage_fields is not null

    union all

    select distinct
        'mu' as fleet,
        usage_fields

    from mu_events

    where usage_fields is not null

),

fields as (

    select distinct
        fleet,
        usage_fields,
        {{ each_part('usage_fields', 'chr(31)') }} as term

    from usage_shapes

)

select * from fields
