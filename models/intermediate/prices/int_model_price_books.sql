with

names as (

    select * from {{ ref('int_model_names') }}

),

model_price_books as (

    select * from {{ ref('model_price_books') }}

),

provider_price_books as (

    select * from {{ ref('provider_price_books') }}

),

model_vendors as (

    select * from {{ ref('model_vendors') }}

),

models as (

    select distinct
        provider,
        model

    from names

),

named_books as (

    select
        models.provider,
        models.model,
        min(model_price_books.price_book) as price_book

    from models

    inner join model_price_books
        on {{ matches_regex('lower(trim(models.model))', 'model_price_books.model_regex') }}

    group by
        models.provider,
        models.model

),

-- A name that only one platform uses tells the list better than the path does.
own_books as (

    select
        models.provider,
        models.model,
        case
            when provider_price_books.price_book = 'none' then 'none'
            else coalesce(named_books.price_book, provider_price_books.price_book)
        end as price_book

    from models

    left join provider_price_books
        on models.provider = provider_price_books.provider

    left join named_books
        on models.provider is not distinct from named_books.provider
        and models.model = named_books.model

),

-- Where a serving path has no price book of its own ('none': it is local), its models are nobody else's either.
vendor_books as (

    select distinct
        names.provider,
        names.model,
        model_vendors.price_book

    from names

    inner join model_vendors
        on {{ matches_regex('names.model_name', 'model_vendors.model_regex') }}

    inner join own_books
        on names.provider is not distinct from own_books.provider
        and names.model = own_books.model

    where coalesce(own_books.price_book, '') not in ('none', model_vendors.price_book)

),

books as (

    select
        provider,
        model,
        price_book,
        true as is_own_price_book

    from own_books

    where price_book is not null and price_book <> 'none'

    union all

    select
        provider,
        model,
        price_book,
        false as is_own_price_book

    from vendor_books

)

select * from books
