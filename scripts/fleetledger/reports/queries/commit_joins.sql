-- How well each way in which a commit is known to be a task's agrees with the trailers that name sessions: of the
-- pairs of work and commit that it finds, those that a trailer can judge and those that it agrees with; and how many of
-- all the pairs that trailers name it finds.
with

joins as (

    select joins.*

    from fct_commit_joins as joins

    inner join fct_tasks as tasks
        on joins.task_id = tasks.task_id

    where
        ($fleet is null or tasks.fleet = $fleet)
        and ($host is null or tasks.host = $host)
        and ($account is null or tasks.account = $account)
        and ($project is null or contains(lower(tasks.project), lower($project)))
        and ($since_at is null or joins.committed_at >= $since_at)
        and ($until_at is null or joins.committed_at < $until_at)

),

named as (

    select count(*) as named

    from joins

    where join_kind = 'trailer'

),

-- What would hold if no commit bore a trailer: hashes and lines, and where these find nobody the best other way.
ranked as (

    select
        *,
        list_position(['sha', 'content', 'subject', 'co_author', 'files', 'thread'], join_kind) as way_rank

    from joins

    where join_kind <> 'trailer'

),

best as (

    select
        *,
        min(way_rank) over (
            partition by host, repository, commit_sha
        ) as best_rank

    from ranked

),

ways as (

    select
        join_kind,
        is_used,
        has_trailer,
        trailer_agrees

    from joins

    where join_kind <> 'trailer'

    union all

    select
        'all' as join_kind,
        true as is_used,
        bool_or(has_trailer) as has_trailer,
        bool_or(trailer_agrees) as trailer_agrees

    from best

    where
        way_rank <= 2
        or way_rank = best_rank

    group by
        task_id,
        host,
        repository,
        commit_sha

)

select
    ways.join_kind,
    count(*) as pairs,
    count(*) filter (where ways.is_used) as used,
    count(*) filter (where ways.has_trailer) as judged,
    count(*) filter (where ways.trailer_agrees) as agreed,
    max(named.named) as named

from ways

cross join named

group by ways.join_kind

order by
    ways.join_kind = 'all' asc,
    agreed desc,
    ways.join_kind asc
