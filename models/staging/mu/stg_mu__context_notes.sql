{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'mu_events') }}

),

parsed as (

    select
        {{ line_id() }} as line_id,
        batch_id,
        kind,
        {{ parse_json(
            line_json(),
            '{"payload": {"policy_id": "VARCHAR", "tokens_before": "VARCHAR", "tokens_after": "VARCHAR", "predicted_tokens": "VARCHAR", "compaction_threshold": "VARCHAR", "wall_clock_us": "VARCHAR", "decisions": [{"action": "VARCHAR"}], "items": [{"source": "VARCHAR", "stable_id": "VARCHAR", "token_count": "VARCHAR", "name": "VARCHAR"}]}}'
        ) }}.payload as payload

    from landed

    where
        line_status <> 'rejected'
        and kind in ('compaction_assembly', 'recall_provenance')

),

unnested as (

    select
        line_id,
        batch_id,
        payload,
        'compaction' as note_kind,
        cast(1 as bigint) as item_number,
        null as item

    from parsed

    where kind = 'compaction_assembly'

    union all

    select
        line_id,
        batch_id,
        payload,
        'recall' as note_kind,
        generate_subscripts(payload.items, 1) as item_number,
        unnest(payload.items) as item

    from parsed

    where kind = 'recall_provenance'

),

notes as (

    select
        line_id,
        item_number,
        batch_id,
        note_kind,
        payload.policy_id as policy_id,
        {{ count_from_json('payload.tokens_before') }} as tokens_before,
        {{ count_from_json('payload.tokens_after') }} as tokens_after,
        {{ count_from_json('payload.predicted_tokens') }} as predicted_tokens,
        {{ count_from_json('payload.compaction_threshold') }} as threshold_tokens,
        cast({{ count_from_json('payload.wall_clock_us') }} / 1000 as bigint) as compaction_ms,
        {{ actions_of('payload.decisions', 'kept') }} as kept_count,
        {{ actions_of('payload.decisions', 'dropped') }} as dropped_count,
        {{ actions_of('payload.decisions', 'summarized') }} as summarized_count,
        {{ actions_of('payload.decisions', 'failed') }} as failed_count,
        item.source as item_source,
        coalesce(item.stable_id, item.name) as item_name,
        {{ count_from_json('item.token_count') }} as item_tokens

    from unnested

)

select * from notes
