with

name_matches as (

    select * from {{ ref('int_model_name_matches') }}

),

regional_models as (

    select * from {{ ref('regional_models') }}

),

-- A model is known by some name as a whole. Where it is by none, only the beginning is known: of another version's name
-- that says nothing.
matches as (

    select
        provider,
        model,
        price_book,
        is_own_price_book,
        is_override,
        model_id,
        min(name_rank) as name_rank,
        min_by(is_exact, name_rank) as is_exact,
        bool_or(is_whole_name) as is_known_name,
        case
            when not bool_or(is_whole_name and named_speed is null)
                then max(case when is_whole_name then named_speed end)
        end as model_speed

    from name_matches

    group by
        provider,
        model,
        price_book,
        is_own_price_book,
        is_override,
        model_id

    having bool_or(is_whole_name) or not bool_or(is_other_version)

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

    select matches.*

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

-- A region that its price depends on, and the logged name does not tell.
untold_regions as (

    select
        picks.provider,
        picks.model,
        picks.is_override

    from picks

    inner join regional_models
        on picks.price_book = regional_models.price_book
        and {{ matches_regex('picks.model_id', 'regional_models.model_regex') }}

    where
        not picks.is_override
        and not coalesce({{ matches_regex('lower(picks.model)', "nullif(regional_models.told_by_regex, '')") }}, false)

    group by
        picks.provider,
        picks.model,
        picks.is_override

),

judged as (

    select
        picks.*,
        nullif(concat_ws(
            ' ',
            case when not picks.is_known_name then 'model_name' end,
            case when not picks.is_exact then 'undated_model' end,
            case when untold_regions.model is not null then 'region' end
        ), '') as name_caveats

    from picks

    left join untold_regions
        on picks.provider is not distinct from untold_regions.provider
        and picks.model = untold_regions.model
        and picks.is_override = untold_regions.is_override

),

pivoted as (

    select
        provider,
        model,
        price_book,
        is_own_price_book,
        max(case when not is_override then model_id end) as rate_model_id,
        max(case when is_override then model_id end) as override_model_id,
        max(case when not is_override then name_caveats end) as rate_name_caveats,
        max(case when is_override then name_caveats end) as override_name_caveats,
        -- Your own price is for the name that it was written for.
        case
            when bool_or(is_override) then max(case when is_override then model_speed end)
            else max(model_speed)
        end as named_speed

    from judged

    group by
        provider,
        model,
        price_book,
        is_own_price_book

)

select * from pivoted
