{%- set kinds = ['sha', 'trailer', 'content', 'subject', 'files'] -%}
with

join_kinds as (

    select * from {{ ref('commit_join_kinds') }}

),

matches as (

    {% for kind in kinds %}

        select * from {{ ref('int_commit_match__' ~ kind) }}

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

ranked as (

    select
        matches.*,
        join_kinds.join_rank,
        min(join_kinds.join_rank) over (partition by matches.host, matches.repository, matches.commit_sha) as best_rank

    from matches

    inner join join_kinds
        on matches.join_kind = join_kinds.join_kind

)

select * from ranked
