"""What all resources of the API have in common: who asks, for which day, and what of it exists for them."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from projects import edge, permissions
from projects.api import conditions, exports, finding, lists, once
from projects.api.files import AsIs, stored
from projects.api.paging import InSequence, Pages
from projects.models import Evidence, audit
from projects.models.light import LightRows
from projects.permissions import Actor
from projects.renderers import FORMATS
from projects.serializers.history import EventSerializer

FORMAT = "format"
# Lists and records, and actions that are lists, say themselves which parameters they understand.
KNOWN_LATER = ("list", "retrieve", "history", "downloads", "totals", None)


class ScopedViewSet(viewsets.ReadOnlyModelViewSet):
    """A resource that is read by reference; a subclass adds `rows()` and, where something may be done, actions.

    `RIGHTS` names, for each action that is more than reading, the action of `permissions.MAY` it needs: the
    schema tells who may, and `subject` refuses everybody else.
    """

    model: ClassVar[Any]
    HAS_FIGURES: ClassVar[bool] = False  # whether the shape depends on the day, so that `as_of` may be given
    IS_AUDITED: ClassVar[bool] = True  # whether nothing in its answers changes without an audit event
    lookup_field = "reference"
    lookup_value_regex = r"[A-Za-z0-9_.-]{1,20}"
    filterset_class: Any = None
    pagination_class: Any = Pages
    detail_serializer_class: type[serializers.BaseSerializer] | None = None
    reading: ClassVar[LightRows | None] = (
        None  # how rows of the list, and one record, are read without models (lists.py)
    )
    detail_reading: ClassVar[LightRows | None] = None
    RIGHTS: ClassVar[dict[str, str]] = {}
    PARAMETERS: ClassVar[dict[str, tuple[str, ...]]] = {}  # of single actions, by the name of the action
    throttle_scopes: ClassVar[dict[str, str]] = {}  # of actions that are not counted as other writes are

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let a request meet its conditions before it is handled: a key acts once, what is known is not sent again."""
        super().initial(request, *args, **kwargs)
        if self.action in self.PARAMETERS or self.action not in KNOWN_LATER:
            finding.require_known(request, {FORMAT, *self.PARAMETERS.get(self.action, ())})
        self._state: str | None = None
        self._version: int | None = None
        method = str(request.method).lower()
        handler = getattr(self, method, None)
        if handler is None:
            return
        if request.method in SAFE_METHODS:
            if self.is_tagged:
                setattr(self, method, self._unless_known(handler))
            return
        key = once.key_of(request)
        if key is not None:
            setattr(self, method, once.answering_once(handler, key, user_id=self.by.user.pk))

    @property
    def is_tagged(self) -> bool:
        """Whether the answer to a GET has a tag made from the state of the whole; a file has one of its own."""
        return self.IS_AUDITED and self.content_negotiation_class is not AsIs

    def _unless_known(self, handler: Any) -> Any:
        def answer(request: Request, *args: Any, **kwargs: Any) -> Response:
            # Worked out before the rows are read: a change in between makes the tag too old, never too new.
            self._state = conditions.state_of_the_whole(request, self.by)
            known = conditions.has_it_already(request, self._state)
            if known is None:
                return handler(request, *args, **kwargs)
            return Response(status=304, headers={"ETag": known})

        return answer

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the tag of the answer; nothing that belongs to one caller is kept by anything in between."""
        if getattr(self, "_state", None) and response.status_code == 200 and "ETag" not in response:
            response["ETag"] = conditions.tag(str(self._state), self._version_in(response))
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return super().finalize_response(request, response, *args, **kwargs)

    def _version_in(self, response: Any) -> Any:
        return getattr(self._found, "version", None) if self.action == "retrieve" else None

    @property
    def by(self) -> Actor:
        """Who asks, with the rights of today."""
        return edge.acting(self.request)

    @cached_property
    def on(self) -> dt.date:
        """The day for which figures and states are asked: the parameter `as_of`, else today."""
        return edge.as_of(self.request)

    def rows(self, visible: Any) -> models.QuerySet:
        """Return `visible` with what the shape needs; one query, or one more per prefetched relation."""
        return visible

    def with_documents(self, rows: models.QuerySet) -> models.QuerySet:
        """Return the rows with the files that the caller may read, where one of them is shown; one query more."""
        if self.action in ("list", "history"):
            return rows
        files = Evidence.objects.visible_to(self.by).select_related("milestone", "uploaded_by")
        return rows.prefetch_related(models.Prefetch("evidence", queryset=files))

    def get_queryset(self) -> models.QuerySet:
        return self.rows(self.model.objects.visible_to(self.by))

    def get_object(self) -> Any:
        """Return the object, or 404; the filters of the list do not concern it."""
        key = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        self._found: Any = get_object_or_404(self.get_queryset(), **{self.lookup_field: key})
        return self._found

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Return the shape of the answer, with the fields that were asked for."""
        shape = super().get_serializer(*args, **kwargs)
        if self.action in ("list", "retrieve"):
            finding.keep_asked(shape, self.request)
        return shape

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        if self.action == "list" or self.detail_serializer_class is None:
            return super().get_serializer_class()
        return self.detail_serializer_class

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "by": self.by, "on": self.on}

    def get_renderers(self) -> list[Any]:
        """A list is also a file: `?format=csv` and `?format=xlsx`."""
        files = [made() for made in FORMATS] if self.action == "list" else []
        return [*super().get_renderers(), *files]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        finding.require_known(request, self.parameters())
        if exports.is_asked_for(self):
            return exports.answer(self, self.filter_queryset(self.get_queryset()))
        if self.reading is not None:
            return lists.page(self)
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        finding.require_known(request, self.parameters())
        if self.detail_reading is not None:
            self._found = lists.record(self, self.detail_reading)
            return Response(lists.shaped(self, [self._found])[0])
        return super().retrieve(request, *args, **kwargs)

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        return self.finished(page) if page is not None and self.action == "list" else page

    def finished(self, rows: Any) -> Any:
        """Return the rows of a list, or of a portion of it, with what is worked out for many at once."""
        return rows

    def parameters(self) -> set[str]:
        """Return the names of the parameters that a list, or one record, understands; a file is not cut into pages."""
        known = {FORMAT, finding.FIELDS} | ({"as_of"} if self.HAS_FIGURES else set())
        if self.action != "retrieve":
            known |= set(getattr(self.filterset_class, "base_filters", ()))
            if not exports.is_asked_for(self):
                known |= getattr(self.pagination_class, "PARAMETERS", frozenset())
        return known

    # --- what actions share ---

    def subject(self) -> Any:
        """Return the object of the step: 404 unless visible, 403 unless the actor may take this step on it."""
        found = self.get_object()
        permissions.require(self.by, self.RIGHTS[self.action], found)
        if self.request.method not in SAFE_METHODS:
            self._version = conditions.matched_version(self.request, getattr(found, "version", None))
        return found

    def require_role(self) -> None:
        """Raise PermissionDenied where no role of the caller may do this to any object at all.

        A new record has no version yet: `If-Match` is refused rather than ignored.
        """
        if not self.by.role_for(self.RIGHTS[self.action]):
            permissions.require(self.by, self.RIGHTS[self.action])
        conditions.require_none(self.request)

    def body(self, shape: type[serializers.Serializer]) -> dict[str, Any]:
        """Return the validated body of the request, or 400; the version of `If-Match` stands for one in the body."""
        read = shape(data=self.request.data, context=self.get_serializer_context())
        read.is_valid(raise_exception=True)
        body: dict[str, Any] = read.validated_data
        if self._version is not None and "version" in read.fields:
            body.setdefault("version", self._version)
        return body

    def made(self, act: Any, shape: type[serializers.Serializer], *, of: str) -> Response:
        """Answer with what `act` makes of the body for the record that it names as `of`; 403 unless the caller may.

        Files are kept before `act` begins its transaction.
        """
        self.require_role()
        body = self.body(shape)
        subject = body.pop(of)
        permissions.require(self.by, self.RIGHTS["create"], subject)
        return self.answer(act(subject, by=self.by, **self.kept(body)).pk, status=201)

    def kept(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the body with its files kept in the archive; call this before any transaction of the act."""
        return {**body, "evidence": stored(body["evidence"])} if "evidence" in body else body

    def answer(self, key: Any, status: int = 200) -> Response:
        """Answer with the object as it stands after the step."""
        shape = self.detail_serializer_class or self.serializer_class
        found = self.get_queryset().get(pk=key)
        assert shape is not None  # noqa: S101 - every resource has a shape
        return Response(shape(found, context=self.get_serializer_context()).data, status=status)


class WithHistory:
    """Adds `history/`: the audit events of one object, for those who may read them."""

    @extend_schema(responses=EventSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=InSequence, serializer_class=EventSerializer, filterset_class=None)
    def history(self: Any, request: Request, **kwargs: Any) -> Response:
        """What was done to the object, oldest first: by whom, in which role, from what to what, and why."""
        finding.require_known(request, self.pagination_class.PARAMETERS | {FORMAT})
        page = self.paginate_queryset(audit.history(self.subject()))
        return self.get_paginated_response(EventSerializer(page, many=True).data)
