CREATE TABLE "cadre"."attempt_folds" (
	"span_ms" integer PRIMARY KEY NOT NULL,
	"until_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cadre"."attempt_measures" (
	"at" bigint NOT NULL,
	"span_ms" integer NOT NULL,
	"writer" text NOT NULL,
	"release" text NOT NULL,
	"capability" text NOT NULL,
	"input_type" text NOT NULL,
	"workflow" text NOT NULL,
	"tenant" text NOT NULL,
	"succeeded" double precision NOT NULL,
	"failed" double precision NOT NULL,
	"excused" double precision NOT NULL,
	"crowded_succeeded" double precision NOT NULL,
	"crowded_failed" double precision NOT NULL,
	"implausible" double precision NOT NULL,
	"busy_ms" double precision NOT NULL,
	"busy_square_ms2" double precision NOT NULL,
	"success_ms" double precision NOT NULL,
	"queued_ms" double precision NOT NULL,
	"cost_usd" double precision NOT NULL,
	"input_tokens" double precision NOT NULL,
	"output_tokens" double precision NOT NULL,
	"counter_codes" integer[] NOT NULL,
	"counter_counts" double precision[] NOT NULL,
	CONSTRAINT "attempt_measures_key" PRIMARY KEY("at","span_ms","writer","release","capability","input_type","workflow","tenant")
);
