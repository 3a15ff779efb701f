with

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    -- What a fork copied was claimed in the session that it is of.
    where record_type = 'assistant' and copy_number = 1 and forked_from_session_id is null

),

blocks as (

    select *

    from {{ ref('stg_claude_code__content_blocks') }}

    where block_type = 'text'

),

mu_events as (

    select *

    from {{ ref('int_mu_events') }}

    where event_kind = 'assistant_message_event'

),

client_agents as (

    select * from {{ ref('client_agents') }}

),

patterns as (

    select * from {{ ref('claim_patterns') }}

),

hedges as (

    select '(?i)' || {{ names_of_group('hedge_pattern', '|') }} as pattern

    from {{ ref('claim_hedges') }}

),

answers as (

    select
        lines.line_id,
        blocks.block_number,
        lines.session_id,
        lines.thread_id as task_id,
        lines.model_call_id,
        lines.logged_at as claimed_at,
        blocks.block_text as answer_text

    from lines

    inner join blocks
        on lines.line_id = blocks.line_id

    -- What the client asks for itself sums up what others claimed.
    left join client_agents
        on starts_with(lines.agent_id, client_agents.agent_prefix)

    where client_agents.agent_prefix is null

    union all

    select
        line_id,
        cast(1 as bigint) as block_number,
        session_id,
        owning_task_id as task_id,
        line_id as model_call_id,
        logged_at as claimed_at,
        assistant_text as answer_text

    from mu_events

),

parted as (

    select
        line_id,
        block_number,
        session_id,
        task_id,
        model_call_id,
        claimed_at,
        trim({{ each_part("regexp_replace(answer_text, '[.!]\\s|[|]', chr(10), 'g')", "chr(10)") }}) as sentence

    from answers

),

sentences as (

    select
        *,
        lower(sentence) as lower_sentence

    from parted

    where length(sentence) between 4 and 600

),

-- An expression is compiled for each sentence, which takes as long as to look for a thousand words: few need one.
claims as (

    select distinct
        sentences.line_id,
        sentences.block_number,
        sentences.session_id,
        sentences.task_id,
        sentences.model_call_id,
        sentences.claimed_at,
        patterns.claim_kind,
        sentences.sentence

    from sentences

    inner join patterns
        on case
            when
                contains(sentences.lower_sentence, patterns.trigger_word)
                and sentences.lower_sentence
                like '%' || patterns.trigger_word || '%' || coalesce(patterns.second_word, '') || '%'
                then {{ matches_regex('sentences.sentence', "'(?i)' || patterns.claim_pattern") }}
            else false
        end

    left join hedges
        on {{ matches_regex('sentences.sentence', 'hedges.pattern') }}

    where hedges.pattern is null

)

select * from claims
