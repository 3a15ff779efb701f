with

names as (

    select * from {{ ref('int_model_names') }}

),

books as (

    select * from {{ ref('int_model_price_books') }}

),

rates as (

    select * from {{ ref('int_rates') }}

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

    where match_names is not null or match_regex is not null

),

lookups as (

    select
        names.provider,
        names.model,
        names.model_name,
        names.name_rank,
        names.is_exact,
        names.named_speed,
        books.price_book,
        books.is_own_price_book

    from names

    inner join books
        on names.provider is not distinct from books.provider
        and names.model = books.model

),

listed as (

    select
        lookups.*,
        match_rules.is_override,
        match_rules.model_id,
        lookups.model_name as matched_name

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
        match_rules.model_id,
        {{ first_match('lookups.model_name', 'match_rules.match_regex') }} as matched_name

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

left_over as (

    select
        *,
        substr(model_name, strpos(model_name, matched_name) + length(matched_name)) as rest_of_name

    from matches

),

-- An expression may leave a date over, and it may leave the rest of another version's number: 0 of 4-10, .2 of 5.2.
told as (

    select
        provider,
        model,
        price_book,
        is_own_price_book,
        is_override,
        model_id,
        model_name,
        name_rank,
        is_exact,
        named_speed,
        strpos(model_name, matched_name) = 1
        and {{ matches_regex(
            'rest_of_name', "'^(?:[-@](?:[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}|latest|default))?$'"
        ) }} as is_whole_name,
        {{ matches_regex('rest_of_name', "'^[-.]?[0-9]{1,2}(?:$|[-.@:\\[])'") }} as is_other_version

    from left_over

)

select * from told
