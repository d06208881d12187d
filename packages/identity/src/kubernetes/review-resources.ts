import { clusterScoped, type Resource, type SubjectAccessReview, type TokenReview } from "@heliostat/kube";

/** Who bears this token? Created, answered, never stored. */
export const TOKEN_REVIEWS: Resource<TokenReview> = clusterScoped(
  "authentication.k8s.io/v1",
  "TokenReview",
  "tokenreviews",
);

/** May they? Created, answered, never stored. */
export const SUBJECT_ACCESS_REVIEWS: Resource<SubjectAccessReview> = clusterScoped(
  "authorization.k8s.io/v1",
  "SubjectAccessReview",
  "subjectaccessreviews",
);
