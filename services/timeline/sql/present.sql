-- name: look
-- How far the generation that answers has come, in which logs, and what of that waits in quarantine: one moment.
SELECT timeline.moment('')

-- name: enter
-- The same, and what is asked next in this transaction or session is asked of that generation. It is looked up in the snapshot of the question: a
-- cut-over falls between two questions, never into one.
SELECT told, set_config('search_path', format('timeline_g%s, timeline', told::json #>> '{{present,0,number}}'), {while} = 'transaction')
FROM (SELECT timeline.moment('') AS told OFFSET 0) AS moment

-- name: beside
-- An answer and the moment that it is of, by one statement, which sees one moment. There is a row even if there is no answer; the rows keep their
-- order, since the one row of the moment is what they are joined to. OFFSET 0: that one row is made once. {known}: the snapshot of the moment that
-- the asker knows; where it is still the same, nothing is told of it.
SELECT moment.told AS moment, answer.*
FROM (SELECT timeline.moment({known}) AS told OFFSET 0) AS moment
LEFT JOIN (SELECT true AS answered, asked.* FROM ({question}) AS asked) AS answer ON true
