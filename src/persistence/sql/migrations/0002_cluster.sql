CREATE TABLE "cadre"."hosted_releases" (
	"node" text NOT NULL,
	"release" text NOT NULL,
	"manifest" json NOT NULL,
	"removed_reason" text,
	CONSTRAINT "hosted_releases_node_release_pk" PRIMARY KEY("node","release")
);
--> statement-breakpoint
CREATE TABLE "cadre"."nodes" (
	"id" text PRIMARY KEY NOT NULL,
	"seen_at" bigint NOT NULL
);
