with

names as (

    select * from {{ ref('int_model_names') }}

),

rates as (

    select * from {{ ref('int_rates') }}

),

provider_price_books as (

    select * from {{ ref('provider_price_books') }}

),

model_vendors as (

    select * from {{ ref('model_vendors') }}

),

match_rules as (

    select distinct
        is_override,
        price_book,
        model_id,
        match_names,
        match_regex,
        match_not_regex

    from rates

),

own_books as (

    select
        names.provider,
        names.model,
        names.model_name,
        names.name_rank,
        names.is_exact,
        provider_price_books.price_book,
        true as is_own_price_book

    from names

    inner join provider_price_books
        on names.provider = provider_price_books.provider

),

-- Where a serving path has no price book of its own ('none': it is local), its models are nobody else's either.
vendor_books as (

    select
        names.provider,
        names.model,
        names.model_name,
        names.name_rank,
        names.is_exact,
        model_vendors.price_book,
        false as is_own_price_book

    from names

    inner join model_vendors
        on {{ matches_regex('names.model_name', 'model_vendors.model_regex') }}

    left join provider_price_books
        on names.provider = provider_price_books.provider

    where coalesce(provider_price_books.price_book, '') not in ('none', model_vendors.price_book)

),

lookups as (

    select * from own_books

    union all

    select * from vendor_books

),

listed as (

    select
        lookups.*,
        match_rules.is_override,
        match_rules.model_id

    from lookups

    inner join match_rules
        on lookups.price_book = match_rules.price_book
        and contains('|' || match_rules.match_names || '|', '|' || lookups.model_name || '|')

    where not contains(lookups.model_name, '|')

),

described as (

    select
        lookups.*,
        match_rules.is_override,
        match_rules.model_id

    from lookups

    inner join match_rules
        on lookups.price_book = match_rules.price_book
        and match_rules.match_regex is not null
        and {{ matches_regex('lookups.model_name', 'match_rules.match_regex') }}

    where
        match_rules.match_not_regex is null
        or not {{ matches_regex('lookups.model_name', 'match_rules.match_not_regex') }}

),

matches as (

    select * from listed

    union distinct

    select * from described

),

-- The path's own book if it knows the model under any name, else the vendor's.
books as (

    select
        provider,
        model,
        price_book,
        is_own_price_book

    from matches

    qualify row_number() over (
        partition by provider, model
        order by
            is_own_price_book desc,
            name_rank asc,
            price_book asc
    ) = 1

),

-- In a book the first name that is known, and the first model in the order of the book that knows it.
picks as (

    select
        matches.provider,
        matches.model,
        matches.price_book,
        matches.is_own_price_book,
        matches.is_override,
        matches.model_id,
        matches.is_exact

    from matches

    inner join books
        on matches.provider is not distinct from books.provider
        and matches.model = books.model
        and matches.price_book = books.price_book
        and matches.is_own_price_book = books.is_own_price_book

    qualify row_number() over (
        partition by matches.provider, matches.model, matches.is_override
        order by
            matches.name_rank asc,
            matches.model_id asc
    ) = 1

),

pivoted as (

    select
        provider,
        model,
        price_book,
        is_own_price_book,
        max(case when not is_override then model_id end) as rate_model_id,
        max(case when is_override then model_id end) as override_model_id,
        coalesce(bool_and(case when not is_override then is_exact end), true) as is_rate_name_exact,
        coalesce(bool_and(case when is_override then is_exact end), true) as is_override_name_exact

    from picks

    group by
        provider,
        model,
        price_book,
        is_own_price_book

)

select * from pivoted
