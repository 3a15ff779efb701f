with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

versions as (

    select distinct version as client_version

    from lines

    where version is not null

)

select * from versions
