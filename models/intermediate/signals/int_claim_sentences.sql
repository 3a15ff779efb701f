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
        blocks.block_text as answer_text,
        lower(blocks.block_text) as lower_text

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
        assistant_text as answer_text,
        lower(assistant_text) as lower_text

    from mu_events

),

-- To look for words takes a hundredth of the time of an expression, and few answers have one.
spoken as (

    select
        answers.*,
        patterns.claim_kind,
        '(?i)' || patterns.claim_pattern as claim_pattern,
        patterns.trigger_word,
        coalesce(patterns.second_word, '') as second_word

    from answers

    inner join patterns
        on contains(answers.lower_text, patterns.trigger_word)
        and contains(answers.lower_text, coalesce(patterns.second_word, ''))

),

parted as (

    select
        *,
        trim({{ each_part("regexp_replace(answer_text, '[.!]\\s|[|]', chr(10), 'g')", "chr(10)") }}) as sentence

    from spoken

),

sentences as (

    select * from parted

    where
        length(sentence) between 4 and 600
        and contains(lower(sentence), trigger_word)
        and lower(sentence) like '%' || trigger_word || '%' || second_word || '%'

),

-- The engine reads an expression anew for each row; what is said again and again is looked at once.
sayings as (

    select distinct
        sentence,
        claim_pattern

    from sentences

),

claiming as (

    select
        sayings.sentence,
        sayings.claim_pattern

    from sayings

    left join hedges
        on {{ matches_regex('sayings.sentence', 'hedges.pattern') }}

    where
        hedges.pattern is null
        and {{ matches_regex('sayings.sentence', 'sayings.claim_pattern') }}

),

claims as (

    select distinct
        sentences.line_id,
        sentences.block_number,
        sentences.session_id,
        sentences.task_id,
        sentences.model_call_id,
        sentences.claimed_at,
        sentences.claim_kind,
        sentences.sentence

    from sentences

    inner join claiming
        on sentences.sentence = claiming.sentence
        and sentences.claim_pattern = claiming.claim_pattern

)

select * from claims
