CREATE TABLE "cadre"."quota_accounts" (
	"key" text PRIMARY KEY NOT NULL,
	"quota" text NOT NULL,
	"period_at" bigint NOT NULL,
	"tokens" double precision NOT NULL,
	"cost_usd" double precision NOT NULL,
	"theoretical_at" double precision NOT NULL,
	"used_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cadre"."quota_holds" (
	"key" text NOT NULL,
	"node" text NOT NULL,
	"held" integer NOT NULL,
	CONSTRAINT "quota_holds_key_node_pk" PRIMARY KEY("key","node")
);
--> statement-breakpoint
CREATE TABLE "cadre"."quota_nodes" (
	"id" text PRIMARY KEY NOT NULL,
	"until_at" bigint NOT NULL,
	"last_call" bigint NOT NULL,
	"answer" json
);
--> statement-breakpoint
CREATE TABLE "cadre"."quotas" (
	"id" text PRIMARY KEY NOT NULL,
	"definition" json NOT NULL
);
--> statement-breakpoint
CREATE INDEX "quota_accounts_quota" ON "cadre"."quota_accounts" USING btree ("quota");--> statement-breakpoint
ALTER TABLE "cadre"."quota_accounts" SET (fillfactor = 50);--> statement-breakpoint
ALTER TABLE "cadre"."quota_holds" SET (fillfactor = 50);--> statement-breakpoint
ALTER TABLE "cadre"."quota_nodes" SET (fillfactor = 50);--> statement-breakpoint
-- The rules of quotas, in one step that nobody can divide; src/quotas/ledger/quota-ledger.ts has the same, with reasons.
--   p_call    counts up for each node: a call that is sent again is answered as before, and does nothing
--   p_held    { key: attempts that the node has under way }, before those it wants
--   p_ended   [{ key, period_at, tokens, cost_usd }]: used less what was reserved
--   p_wanted  [{ tokens, cost_usd, demands: [{ key, quota, and the limits }] }], granted in this order
CREATE FUNCTION "cadre"."quota_call"(p_node text, p_call bigint, p_lease_ms bigint, p_held json, p_ended json, p_wanted json)
RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  v_now double precision;
  v_is_new boolean;
  v_node cadre.quota_nodes;
  v_account cadre.quota_accounts;
  v_wanted json;
  v_demand record;
  v_running bigint;
  v_limit text;
  v_wait_ms double precision;
  v_answer json;
  v_answers json[] := '{}';
  v_periods bigint[];
BEGIN
  INSERT INTO cadre.quota_nodes (id, until_at, last_call) VALUES (p_node, 0, 0) ON CONFLICT (id) DO NOTHING;
  v_is_new := FOUND;
  SELECT * INTO v_node FROM cadre.quota_nodes WHERE id = p_node FOR UPDATE;
  IF v_node.last_call = p_call THEN
    RETURN v_node.answer;
  END IF;
  INSERT INTO cadre.quota_accounts (key, quota, period_at, tokens, cost_usd, theoretical_at, used_at)
    SELECT DISTINCT ON (demand.key) demand.key, demand.quota, 0, 0, 0, 0, 0
    FROM json_array_elements(p_wanted) wanted, json_to_recordset(wanted -> 'demands') AS demand (key text, quota text)
    ORDER BY demand.key
    ON CONFLICT (key) DO NOTHING;
  -- In the order of their keys, so that two nodes never wait for each other.
  PERFORM 1 FROM cadre.quota_accounts WHERE key IN (
    SELECT json_object_keys(p_held)
    UNION SELECT ended ->> 'key' FROM json_array_elements(p_ended) ended
    UNION SELECT demand ->> 'key'
    FROM json_array_elements(p_wanted) wanted, json_array_elements(wanted -> 'demands') demand
  ) ORDER BY key FOR UPDATE;
  v_now := extract(epoch FROM clock_timestamp()) * 1000;

  UPDATE cadre.quota_accounts account SET
    tokens = greatest(account.tokens + ended.tokens, 0), cost_usd = greatest(account.cost_usd + ended.cost_usd, 0)
  FROM json_to_recordset(p_ended) AS ended (key text, period_at bigint, tokens double precision, cost_usd double precision)
  WHERE account.key = ended.key AND account.period_at = ended.period_at;
  INSERT INTO cadre.quota_holds AS hold (key, node, held)
    SELECT key, p_node, value::integer FROM json_each_text(p_held)
    ON CONFLICT (key, node) DO UPDATE SET held = excluded.held WHERE hold.held <> excluded.held;

  -- Brings the accounts to the present. A period that lies ahead stays, unless a clock that was far ahead has written it.
  UPDATE cadre.quota_accounts account SET
    theoretical_at = least(account.theoretical_at, v_now + present.ahead_ms),
    tokens = CASE WHEN present.start_at > account.period_at THEN 0 ELSE account.tokens END,
    cost_usd = CASE WHEN present.start_at > account.period_at THEN 0 ELSE account.cost_usd END,
    period_at = CASE WHEN account.period_at > present.end_at THEN present.start_at
      ELSE greatest(account.period_at, present.start_at) END
  FROM (
    SELECT DISTINCT ON (demand.key) demand.key,
      coalesce(demand.interval_ms, 0) + coalesce(demand.tolerance_ms, 0) AS ahead_ms,
      (extract(epoch FROM date_trunc(demand.period, utc.at)) * 1000)::bigint AS start_at,
      (extract(epoch FROM date_trunc(demand.period, utc.at) + ('1 ' || demand.period)::interval) * 1000)::bigint AS end_at
    FROM json_array_elements(p_wanted) wanted,
      json_to_recordset(wanted -> 'demands') AS demand
        (key text, interval_ms double precision, tolerance_ms double precision, period text),
      (SELECT to_timestamp(v_now / 1000) AT TIME ZONE 'UTC' AS at) utc
  ) present
  WHERE account.key = present.key AND (account.theoretical_at > v_now + present.ahead_ms
    OR account.period_at < present.start_at OR account.period_at > present.end_at);

  FOR v_wanted IN SELECT value FROM json_array_elements(p_wanted) LOOP
    v_limit := NULL;
    v_periods := '{}';
    FOR v_demand IN
      SELECT *, (v_wanted ->> 'tokens')::double precision AS tokens, (v_wanted ->> 'cost_usd')::double precision AS cost_usd
      FROM json_to_recordset(v_wanted -> 'demands') AS demand
        (key text, interval_ms double precision, tolerance_ms double precision, max_running integer,
        max_tokens double precision, max_cost_usd double precision, period text, place integer)
    LOOP
      SELECT * INTO v_account FROM cadre.quota_accounts WHERE key = v_demand.key;
      v_wait_ms := NULL;
      IF v_demand.max_running IS NOT NULL THEN
        SELECT coalesce(sum(hold.held), 0) INTO v_running
        FROM cadre.quota_holds hold JOIN cadre.quota_nodes node ON node.id = hold.node
        WHERE hold.key = v_demand.key AND (node.id = p_node OR node.until_at >= v_now);
        IF v_running >= v_demand.max_running THEN
          v_limit := 'concurrency';
          EXIT;
        END IF;
      END IF;
      IF v_account.theoretical_at - v_demand.tolerance_ms > v_now THEN
        v_limit := 'rate';
        v_wait_ms := v_account.theoretical_at - v_demand.tolerance_ms - v_now;
        EXIT;
      END IF;
      IF v_account.tokens >= v_demand.max_tokens * (1 - 1e-9)
        OR v_account.tokens + v_demand.tokens > v_demand.max_tokens * (1 + 1e-9) THEN
        v_limit := 'tokens';
      ELSIF v_account.cost_usd >= v_demand.max_cost_usd * (1 - 1e-9)
        OR v_account.cost_usd + v_demand.cost_usd > v_demand.max_cost_usd * (1 + 1e-9) THEN
        v_limit := 'cost';
      END IF;
      IF v_limit IS NOT NULL THEN
        IF v_limit = 'tokens' AND v_demand.max_tokens > 0 AND v_demand.tokens <= v_demand.max_tokens * (1 + 1e-9)
          OR v_limit = 'cost' AND v_demand.max_cost_usd > 0 AND v_demand.cost_usd <= v_demand.max_cost_usd * (1 + 1e-9) THEN
          v_wait_ms := extract(epoch FROM date_trunc(v_demand.period, to_timestamp(v_now / 1000) AT TIME ZONE 'UTC')
            + ('1 ' || v_demand.period)::interval) * 1000 - v_now;
        END IF;
        EXIT;
      END IF;
      v_periods := v_periods || CASE WHEN v_demand.period IS NULL THEN 0 ELSE v_account.period_at END;
    END LOOP;
    IF v_limit IS NULL THEN
      UPDATE cadre.quota_accounts account SET
        theoretical_at = greatest(account.theoretical_at, v_now) + coalesce(demand.interval_ms, 0),
        tokens = account.tokens + CASE WHEN demand.period IS NULL THEN 0 ELSE (v_wanted ->> 'tokens')::double precision END,
        cost_usd = account.cost_usd + CASE WHEN demand.period IS NULL THEN 0 ELSE (v_wanted ->> 'cost_usd')::double precision END,
        used_at = v_now::bigint
      FROM json_to_recordset(v_wanted -> 'demands') AS demand (key text, interval_ms double precision, period text)
      WHERE account.key = demand.key;
      INSERT INTO cadre.quota_holds AS hold (key, node, held)
        SELECT demand ->> 'key', p_node, 1 FROM json_array_elements(v_wanted -> 'demands') demand
        ON CONFLICT (key, node) DO UPDATE SET held = hold.held + 1;
      v_answer := json_build_object('periods', v_periods);
    ELSE
      v_answer := json_build_object('demand', v_demand.place, 'limit', v_limit, 'wait_ms', v_wait_ms);
    END IF;
    v_answers := v_answers || v_answer;
  END LOOP;

  v_answer := json_build_object('is_new', v_is_new, 'answers', to_json(v_answers));
  UPDATE cadre.quota_nodes SET until_at = v_now::bigint + p_lease_ms, last_call = p_call, answer = v_answer WHERE id = p_node;
  RETURN v_answer;
END
$$;
