CREATE TABLE "cadre"."status_entries" (
	"release" text NOT NULL,
	"position" bigint NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"at" bigint NOT NULL,
	"from_status" text,
	"to_status" text,
	"facts" json NOT NULL,
	CONSTRAINT "status_entries_release_position_pk" PRIMARY KEY("release","position")
);
--> statement-breakpoint
CREATE TABLE "cadre"."workflows" (
	"name" text NOT NULL,
	"version" text NOT NULL,
	"definition" json NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "workflows_name_version_pk" PRIMARY KEY("name","version")
);
--> statement-breakpoint
CREATE INDEX "status_entries_transitions" ON "cadre"."status_entries" USING btree ("release","position") WHERE "cadre"."status_entries"."kind" <> 'refused';
