-- The newest sessions in which all words match a text, with how many texts do and the newest $shown of them. The first
-- four words stand apart so that each is compiled once; where there are more, those are matched text by text.
with

texts as (

    select
        text_key,
        session_id,
        coalesce(said_at, timestamp '0001-01-01') as said_at

    from read_parquet($texts)

    where
        case
            when block_text is null or not regexp_matches(block_text, $word_1) then false
            when $word_2 is not null and not regexp_matches(block_text, $word_2) then false
            when $word_3 is not null and not regexp_matches(block_text, $word_3) then false
            when $word_4 is not null and not regexp_matches(block_text, $word_4) then false
            when len($more_words) = 0 then true
            else list_bool_and(list_transform($more_words, lambda word: regexp_matches(block_text, word)))
        end
        and ($since_at is null or said_at >= $since_at)
        and ($until_at is null or said_at < $until_at)

),

gone as (

    select text_key from read_parquet($gone)
    where $has_gone

),

sessions as (

    select * from fct_sessions

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
        and ($since_at is null or ended_at >= $since_at)
        and ($until_at is null or started_at < $until_at)

),

hits as (

    select
        texts.session_id,
        count(*) as hit_count,
        max(texts.said_at) as newest_hit_at,
        max_by(texts.text_key, texts.said_at, $shown) as hits

    from texts

    anti join gone
        on texts.text_key = gone.text_key

    semi join sessions
        on texts.session_id = sessions.session_id

    group by texts.session_id

),

newest as (

    select
        *,
        count(*) over () as session_count,
        cast(sum(hit_count) over () as bigint) as all_hit_count

    from hits

    order by
        newest_hit_at desc,
        session_id asc

    limit $limit

)

select
    sessions.session_id,
    sessions.parent_session_id,
    sessions.fleet,
    sessions.host,
    sessions.account,
    sessions.project,
    sessions.started_in,
    sessions.transcript_place,
    coalesce(
        last.transcript_id, sessions.continued_in_session_id, sessions.transcript_id, sessions.session_id
    ) as resume_id,
    case
        when last.transcript_id is not null then last.resume_in
        when sessions.transcript_id is not null then sessions.resume_in
        else sessions.started_in
    end as resume_in,
    sessions.title,
    sessions.started_at,
    sessions.ended_at,
    sessions.outcome_class,
    sessions.billed_cost_usd,
    sessions.subscription_cost_usd,
    sessions.unknown_cost_usd,
    sessions.model_call_count,
    sessions.unpriced_call_count,
    newest.hit_count,
    newest.hits,
    newest.session_count,
    newest.all_hit_count,
    strftime(
        timezone($timezone, timezone('UTC', coalesce(sessions.ended_at, sessions.started_at))), '%Y-%m-%d %H:%M'
    ) as last_active_local

from newest

inner join sessions
    on newest.session_id = sessions.session_id

left join fct_sessions as last
    on sessions.continued_in_session_id = last.session_id

order by
    newest.newest_hit_at desc,
    sessions.session_id asc
