CREATE TABLE "cadre"."run_bundles" (
	"hash" text PRIMARY KEY NOT NULL,
	"bundle" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cadre"."run_records" (
	"run_id" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"seq" integer NOT NULL,
	"data" json NOT NULL,
	CONSTRAINT "run_records_run_id_epoch_seq_pk" PRIMARY KEY("run_id","epoch","seq")
);
--> statement-breakpoint
CREATE TABLE "cadre"."run_signals" (
	"run_id" uuid NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "cadre"."run_signals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"payload" json,
	"received_at" bigint NOT NULL,
	CONSTRAINT "run_signals_run_id_id_pk" PRIMARY KEY("run_id","id")
);
--> statement-breakpoint
CREATE TABLE "cadre"."runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workflow" text NOT NULL,
	"version" text NOT NULL,
	"bundle_hash" text NOT NULL,
	"input" json,
	"status" text NOT NULL,
	"priority" smallint NOT NULL,
	"durability" text NOT NULL,
	"step_count" integer NOT NULL,
	"epoch" integer NOT NULL,
	"job_id" uuid,
	"created_at" bigint NOT NULL,
	"started_at" bigint,
	"finished_at" bigint,
	"deadline_at" bigint,
	"due_at" bigint,
	"output" json,
	"output_type" text,
	"failure" json,
	"cost_usd" double precision NOT NULL,
	"waits" json,
	"wake_keys" text[],
	"cancel_reason" text,
	"last_signal_id" bigint DEFAULT 0 NOT NULL,
	"idempotency_key" text,
	"request_hash" text
);
--> statement-breakpoint
CREATE INDEX "runs_listing" ON "cadre"."runs" USING btree ("created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "runs_idempotency_key" ON "cadre"."runs" USING btree ("idempotency_key") WHERE "cadre"."runs"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "runs_wake_keys" ON "cadre"."runs" USING gin ("wake_keys") WHERE "cadre"."runs"."wake_keys" is not null;
--> statement-breakpoint
ALTER TABLE "cadre"."runs" SET (fillfactor = 50);
